"""The pages of the watch list."""

from django.urls import path

from kuramori.watch.watching import views
from kuramori.watch.watching.register import entries

urlpatterns = [
    path("watch-list/ask/", views.ask, name="entry-ask"),
    path("watch-list/<uuid:pk>/", views.detail, name="entry-detail"),
    path("watch-list/<uuid:pk>/decide/", views.decide, name="entry-decide"),
    path("watch-list/<uuid:pk>/withdraw/", views.withdraw, name="entry-withdraw"),
    *entries.urls(),
]
