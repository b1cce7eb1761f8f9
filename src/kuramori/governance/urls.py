"""The pages of the room `governance`."""

from django.urls import path

from kuramori.governance import views
from kuramori.governance.registers import levels

app_name = "governance"
urlpatterns = [
    path("handling/", views.matrix, name="matrix"),
    path("handling/<uuid:pk>/<slug:action>/", views.cell, name="cell"),
    *levels.urls(),
]
