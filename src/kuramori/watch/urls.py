"""The pages of the room `watch`."""

from django.urls import path

from kuramori.watch.alert_register import alerts
from kuramori.watch.cases.urls import urlpatterns as case_urls
from kuramori.watch.detecting.urls import urlpatterns as detecting_urls
from kuramori.watch.feeding.urls import urlpatterns as feeding_urls
from kuramori.watch.orders.urls import urlpatterns as order_urls
from kuramori.watch.patrols.urls import urlpatterns as patrol_urls
from kuramori.watch.presence.urls import urlpatterns as presence_urls
from kuramori.watch.prints.urls import urlpatterns as print_urls
from kuramori.watch.privacy.urls import urlpatterns as privacy_urls
from kuramori.watch.registers import accounts, charters, flows, sources
from kuramori.watch.reviews.urls import urlpatterns as review_pages
from kuramori.watch.unsealing.urls import urlpatterns as unsealing_urls
from kuramori.watch.views import alerts as alert_views
from kuramori.watch.views import leavers, logs
from kuramori.watch.watching.urls import urlpatterns as watching_urls

app_name = "watch"
urlpatterns = [
    path("alerts/<uuid:pk>/", alert_views.detail, name="alert-detail"),
    path("alerts/<uuid:pk>/events/", alert_views.events, name="alert-events"),
    path("alerts/<uuid:pk>/review/", alert_views.review, name="alert-review"),
    path("alerts/<uuid:pk>/unseal/", alert_views.unseal, name="alert-unseal"),
    path("detection/run/", logs.run_detection, name="detection-run"),
    path("leavers/", leavers.listing, name="leavers"),
    path("leavers/<uuid:line>/", leavers.look_back, name="look-back"),
    path("leavers/<uuid:line>/bundle/", leavers.bundle, name="look-back-bundle"),
    path("health/", logs.health, name="health"),
    path("quarantine/", logs.quarantine, name="quarantine"),
    path("sources/<uuid:pk>/hand-in/", logs.hand_in, name="source-hand-in"),
    *case_urls,
    *detecting_urls,
    *feeding_urls,
    *patrol_urls,
    *order_urls,
    *presence_urls,
    *print_urls,
    *privacy_urls,
    *alerts.urls(),
    *sources.urls(),
    *accounts.urls(),
    *flows.urls(),
    *charters.urls(),
    *review_pages,
    *watching_urls,
    *unsealing_urls,
]
