"""The pages of the room `register`."""

from django.urls import path

from kuramori.register import proof_views, views
from kuramori.register.registers import secrets

app_name = "register"
urlpatterns = [
    path("secrets/<uuid:pk>/level/", views.level, name="secret-level"),
    path("secrets/<uuid:pk>/value/", views.value, name="secret-value"),
    path("secrets/<uuid:pk>/stocktaking/", views.confirm, name="secret-confirm"),
    path("secrets/<uuid:pk>/non-public/", views.non_public, name="secret-non-public"),
    path("secrets/<uuid:pk>/scope/", views.scope, name="secret-scope"),
    path("secrets/<uuid:pk>/scope/<uuid:row>/close/", views.scope_close, name="secret-scope-close"),
    path("secrets/<uuid:pk>/proof/", proof_views.proof, name="secret-proof"),
    path("secrets/<uuid:pk>/bundle/", proof_views.bundle, name="secret-bundle"),
    path("secrets/<uuid:pk>/drill/", proof_views.drill, name="secret-drill"),
    path("secrets/<uuid:pk>/plan/", proof_views.plan, name="secret-plan"),
    path("secrets/<uuid:pk>/statement/", proof_views.statement, name="secret-statement"),
    path("secrets/<uuid:pk>/worksheet/", proof_views.worksheet, name="secret-worksheet"),
    path("secrets/<uuid:pk>/worksheet/export/", proof_views.worksheet_export, name="secret-worksheet-export"),
    path(
        "secrets/<uuid:pk>/statement/<uuid:item>/back/",
        proof_views.case_retire,
        {"kind": "statement"},
        name="secret-statement-back",
    ),
    path(
        "secrets/<uuid:pk>/worksheet/<uuid:item>/back/",
        proof_views.case_retire,
        {"kind": "loss"},
        name="secret-loss-back",
    ),
    *secrets.urls(),
]
