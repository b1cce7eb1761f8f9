"""The pages of the room `duties`."""

from django.urls import path

from kuramori.duties import views
from kuramori.duties.registers import duties, tasks

app_name = "duties"
urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/<uuid:pk>/report/", views.report, name="task-report"),
    path("tasks/<uuid:pk>/exempt/", views.exempt, name="task-exempt"),
    path("all/<uuid:pk>/open/", views.open_now, name="duty-open"),
    *duties.urls(),
    *tasks.urls(),
]
