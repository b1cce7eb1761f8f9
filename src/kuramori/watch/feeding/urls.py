"""The page of the feed, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.feeding import views

urlpatterns: list[URLPattern] = [path("sources/<uuid:pk>/feed/", views.switch, name="feed-switch")]
