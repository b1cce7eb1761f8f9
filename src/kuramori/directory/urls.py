"""The pages of the room `directory`."""

from django.urls import path

from kuramori.directory.registers import ALL
from kuramori.directory.views import accounts, people

app_name = "directory"
urlpatterns = [
    path("people/<uuid:pk>/assign/", people.assign, name="assign"),
    path("people/<uuid:pk>/notice/", people.notice, name="notice"),
    path("people/<uuid:pk>/last-day/", people.last_day, name="last-day"),
    path("people/<uuid:pk>/account/", accounts.account, name="account"),
    path("second-factor/", accounts.second_factor, name="second-factor"),
    *(url for register in ALL for url in register.urls()),
]
