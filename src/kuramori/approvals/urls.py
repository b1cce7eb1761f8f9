"""The pages of the room `approvals`."""

from django.urls import path

from kuramori.approvals import views
from kuramori.approvals.deputies import deputies
from kuramori.approvals.registers import requests

app_name = "approvals"
urlpatterns = [
    path("", views.home, name="home"),
    path("ask/<str:kind>/", views.ask, name="ask"),
    path("link/<str:token>/", views.link, name="link"),
    path("overview/", views.overview, name="overview"),
    path("<uuid:pk>/decide/", views.decide, name="decide"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("all/<uuid:pk>/history/", views.history, name="request-history"),  # before the register's own
    *requests.urls(),
    *deputies.urls(),
]
