"""The kernel's own pages: jobs, imports, saved views."""

from django.urls import URLPattern, path

from kuramori.kernel import views
from kuramori.kernel.imports import urls as imports

app_name = "kernel"
urlpatterns: list[URLPattern] = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("jobs/<uuid:pk>/cancel/", views.job_cancel, name="job-cancel"),
    path("views/<uuid:pk>/retire/", views.view_retire, name="view-retire"),
    *imports.urlpatterns,
]
