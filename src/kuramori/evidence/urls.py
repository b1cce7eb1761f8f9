"""The pages of the room `evidence`."""

from django.urls import URLPattern

app_name = "evidence"
urlpatterns: list[URLPattern] = []
