"""The pages of the room `register`."""

from django.urls import path

from kuramori.register import views
from kuramori.register.registers import secrets

app_name = "register"
urlpatterns = [
    path("secrets/<uuid:pk>/level/", views.level, name="secret-level"),
    path("secrets/<uuid:pk>/value/", views.value, name="secret-value"),
    path("secrets/<uuid:pk>/stocktaking/", views.confirm, name="secret-confirm"),
    path("secrets/<uuid:pk>/non-public/", views.non_public, name="secret-non-public"),
    path("secrets/<uuid:pk>/scope/", views.scope, name="secret-scope"),
    path("secrets/<uuid:pk>/scope/<uuid:row>/close/", views.scope_close, name="secret-scope-close"),
    path("secrets/<uuid:pk>/proof/", views.proof, name="secret-proof"),
    path("secrets/<uuid:pk>/bundle/", views.bundle, name="secret-bundle"),
    *secrets.urls(),
]
