"""The pages of the room `register`."""

from django.urls import URLPattern

app_name = "register"
urlpatterns: list[URLPattern] = []
