"""The pages of the index of documents, below those of the room."""

from django.urls import URLPattern, path

from kuramori.watch.prints import views
from kuramori.watch.prints.register import documents

urlpatterns: list[URLPattern] = [
    path("documents/", views.overview, name="documents"),
    path("documents/run/", views.run, name="documents-run"),
    *documents.urls(),
]
