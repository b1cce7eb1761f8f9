"""The pages of detection's set-up, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.detecting import setup_views

urlpatterns: list[URLPattern] = [
    path("sources/<uuid:pk>/set-up/", setup_views.set_up, name="source-set-up"),
]
