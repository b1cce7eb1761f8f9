"""The addresses of the import pages, within the kernel's names."""

from django.urls import URLPattern, path

from kuramori.kernel.imports import views

urlpatterns: list[URLPattern] = [
    path("imports/<slug:kind_name>/", views.hand_in, name="import-hand-in"),
    path("imports/<slug:kind_name>/template.xlsx", views.template, name="import-template"),
    path("imports/run/<uuid:run_id>/", views.run, name="import-run"),
    path("imports/run/<uuid:run_id>/columns/", views.columns, name="import-columns"),
    path("imports/run/<uuid:run_id>/take-in/", views.take_in, name="import-take-in"),
    path("imports/run/<uuid:run_id>/approve/", views.approve, name="import-approve"),
    path("imports/run/<uuid:run_id>/discard/", views.discard, name="import-discard"),
    path("imports/run/<uuid:run_id>/stop/", views.stop, name="import-stop"),
    path("imports/run/<uuid:run_id>/undo/", views.take_back, name="import-undo"),
    path("imports/run/<uuid:run_id>/errors.xlsx", views.error_sheet, name="import-errors"),
]
