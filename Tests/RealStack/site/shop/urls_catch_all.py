"""Fault catch-all: as for a single-page application, every other path is answered by the homepage."""

from django.urls import path, re_path

from . import views

urlpatterns = [path("health", views.health), re_path(".*", views.home)]
