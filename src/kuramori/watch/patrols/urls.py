"""The pages of patrols."""

from django.urls import path

from kuramori.watch.patrols import views
from kuramori.watch.patrols.hits import hits, surveys
from kuramori.watch.patrols.terms import terms

urlpatterns = [
    path("patrols/posts/<uuid:pk>/", views.detail, name="hit-detail"),
    path("patrols/posts/<uuid:pk>/decide/", views.decide, name="hit-decide"),
    path("patrols/posts/<uuid:pk>/file/", views.attach, name="hit-attach"),
    path("patrols/posts/<uuid:pk>/file/<uuid:file>/", views.download, name="hit-file"),
    *hits.urls(),
    *surveys.urls(),
    *terms.urls(),
]
