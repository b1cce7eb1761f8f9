"""The pages of the room `duties`."""

from django.urls import path

from kuramori.duties import calendar_views, views
from kuramori.duties.registers import duties, tasks

app_name = "duties"
urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/<uuid:pk>/report/", views.report, name="task-report"),
    path("tasks/<uuid:pk>/exempt/", views.exempt, name="task-exempt"),
    path("all/<uuid:pk>/open/", views.open_now, name="duty-open"),
    path("calendars/", calendar_views.feeds, name="feeds"),
    path("calendars/<uuid:pk>/end/", calendar_views.feed_end, name="feed-end"),
    path("calendar/<str:token>.ics", calendar_views.calendar_file, name="calendar"),
    *duties.urls(),
    *tasks.urls(),
]
