"""The kernel's own pages: jobs, imports, saved views."""

from django.urls import URLPattern

app_name = "kernel"
urlpatterns: list[URLPattern] = []
