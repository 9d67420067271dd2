"""One Django project without files: what it answers is by path and by its variables (DEBUG, SECURE, HOSTS)."""

import os

import django
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, JsonResponse

settings.configure(
    DEBUG=os.environ.get("DEBUG") == "1",
    SECRET_KEY="no secret",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=os.environ.get("HOSTS", "127.0.0.1").split(","),
    SECURE_SSL_REDIRECT=os.environ.get("SECURE") == "1",
    PREPEND_WWW=os.environ.get("WWW") == "1",
    APPEND_SLASH=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", ":memory:")}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
                    "UNAUTHENTICATED_USER": None,
                    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
                    "DEFAULT_THROTTLE_RATES": {"anon": "1/day"}},
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    LOGGING_CONFIG=None,
)
django.setup()

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser, User
from django.urls import path
from django.views.decorators.http import require_POST
from rest_framework import exceptions, permissions, throttling
from rest_framework.response import Response
from rest_framework.views import APIView


def fails(request):
    raise RuntimeError("no")


def denied(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation("no")


def schema(request):
    return HttpResponse(User.objects.count())


def private(request):
    request.user = AnonymousUser()
    return login_required(lambda _: HttpResponse("ok"))(request)


def unready(request):
    return JsonResponse({"status": "error", "checks": {"db": "down", "cache": "ok"}}, status=503)


class View(APIView):
    throttle_classes = []
    permission_classes = []

    def get(self, request):
        raise self.fault


class Locked(APIView):
    permission_classes = [permissions.IsAuthenticated]

    def get(self, request):
        return Response({})


class Unavailable(exceptions.APIException):
    status_code, default_detail, default_code = 503, "Service temporarily unavailable, try again later.", "unavailable"


class Down(View):
    fault = Unavailable()


class Forbidden(View):
    fault = exceptions.PermissionDenied()


class Missing(View):
    fault = exceptions.NotFound()


class Broken(View):
    fault = exceptions.APIException()


class Raising(View):
    fault = RuntimeError("no")


class PostOnly(APIView):
    permission_classes = []

    def post(self, request):
        return Response({})


class Few(APIView):
    permission_classes = []
    throttle_classes = [throttling.AnonRateThrottle]

    def get(self, request):
        return Response({"status": "ok"})


urlpatterns = [
    path("fails/", fails), path("denied/", denied), path("suspicious/", suspicious), path("schema/", schema), path("private/", private),
    path("unready/", unready), path("post/", require_POST(lambda request: HttpResponse("ok"))), path("ok/", lambda request: HttpResponse("ok")),
    path("json/", lambda request: JsonResponse({"status": "ok", "version": request.GET.get("v", "7")})),
    path("api/locked/", Locked.as_view()), path("api/down/", Down.as_view()), path("api/forbidden/", Forbidden.as_view()),
    path("api/missing/", Missing.as_view()), path("api/broken/", Broken.as_view()), path("api/raising/", Raising.as_view()),
    path("api/post/", PostOnly.as_view()), path("api/few/", Few.as_view()),
]
application = WSGIHandler()
asgi = ASGIHandler()
