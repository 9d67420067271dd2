"""Applications that fail in their frameworks' own ways: flask_app, fast_app, and aiohttp's and Tornado's as a program."""

import asyncio
import sys

if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "aiohttp":
        from aiohttp import web

        async def fails(request):
            raise RuntimeError("no")

        async def unready(request):
            raise web.HTTPServiceUnavailable()

        async def denied(request):
            raise web.HTTPForbidden()

        async def locked(request):
            raise web.HTTPUnauthorized()

        async def ok(request):
            return web.Response(text="ok")

        app = web.Application()
        app.router.add_get("/fails", fails)
        app.router.add_get("/unready", unready)
        app.router.add_get("/denied", denied)
        app.router.add_get("/locked", locked)
        app.router.add_get("/ok", ok)
        app.router.add_post("/post", ok)
        web.run_app(app, host="127.0.0.1", port=port)
    else:
        import tornado.web

        class Fails(tornado.web.RequestHandler):
            def get(self):
                raise RuntimeError("no")

        class Says(tornado.web.RequestHandler):
            def get(self, status):
                raise tornado.web.HTTPError(int(status))

        class Well(tornado.web.RequestHandler):
            def get(self):
                self.set_header("Cache-Control", "no-store")
                self.finish({"status": "ok"})

        class Post(tornado.web.RequestHandler):
            def post(self):
                self.finish("ok")

        async def main():
            tornado.web.Application([("/fails", Fails), ("/says/([0-9]+)", Says), ("/post", Post), ("/ok", Well)]).listen(port, "127.0.0.1")
            await asyncio.Event().wait()

        asyncio.run(main())
    sys.exit(0)


def flask_app():
    import flask
    import werkzeug.exceptions

    app = flask.Flask("pages")

    @app.get("/fails")
    def fails():
        raise RuntimeError("no")

    @app.get("/says/<int:status>")
    def says(status):
        flask.abort(status)

    @app.post("/post")
    def post():
        return "ok"

    @app.get("/slash/")
    def slash():
        return "ok"

    @app.get("/version")
    def version():
        return {"status": "ok", "version": flask.request.args["v"]}

    @app.get("/well")
    def well():
        return {"status": "ok", "components": {"db": "up"}}

    @app.get("/unwell")
    def unwell():
        return {"status": "fail", "checks": {"postgres": [{"status": "fail"}], "redis": [{"status": "pass"}]}}, 503

    @app.get("/schema")
    def schema():
        import sqlite3

        return sqlite3.connect(":memory:").execute("select count(*) from shop_order").fetchone()

    @app.errorhandler(Exception)
    def shown(error):
        if isinstance(error, werkzeug.exceptions.HTTPException):
            return error
        if flask.request.path == "/fails":
            raise error
        return {"error": str(error)}, 500

    return app


def mounted_app():
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    def health(environ, start):
        start("200 OK", [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [b'{"status":"ok"}']

    return DispatcherMiddleware(flask_app(), {"/health": health})


def fast_app():
    import fastapi
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app = fastapi.FastAPI()

    @app.get("/fails")
    async def fails():
        raise RuntimeError("no")

    @app.get("/says/{status}")
    async def says(status: int):
        raise fastapi.HTTPException(status)

    @app.get("/needs")
    async def needs(token: str):
        return "ok"

    @app.post("/post")
    async def post():
        return "ok"

    @app.get("/slash/")
    async def slash():
        return "ok"

    inner = app

    async def outer(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/site"):
            scope = dict(scope, path="/slash/")
            return await TrustedHostMiddleware(inner, allowed_hosts=["shop.example"])(scope, receive, send)
        return await inner(scope, receive, send)

    return outer
