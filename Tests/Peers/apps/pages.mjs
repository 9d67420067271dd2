// usage: pages.mjs PORT HTTP2-PORT DIRECTORY: answers by path, in Node's own words or Express's where it is there.
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import { createRequire } from 'node:module'

const [port, secure, dir, express] = process.argv.slice(2)
const json = (a, status, text) => { a.writeHead(status, { 'Content-Type': 'application/json' }); a.end(text) }
http.createServer((q, a) => {
  const { pathname, searchParams } = new URL(q.url, 'http://x')
  switch (pathname) {
    case '/bare': a.statusCode = 500; return a.end('Internal Server Error')
    case '/redis': return json(a, 503, '{"status":"error","details":{"redis":{"status":"down"}}}')
    case '/shutting-down': return json(a, 503, '{"status":"SERVER_IS_NOT_READY"}')
    case '/warning': return json(a, 429, '[{"CheckID":"web","Name":"disk","Status":"warning"}]')
    case '/spring': return json(a, 503, '{"status":"DOWN","components":{"db":{"status":"DOWN"},"diskSpace":{"status":"UP"}}}')
    case '/kubernetes': a.statusCode = 500; return a.end('[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed\n')
    case '/cdn': return json(a, 503, '{"status":"starting","help":"https://cdnjs.cloudflare.com/x.js"}')
    case '/destroyed': return q.socket.destroy()
    case '/half': a.writeHead(200, { 'Content-Length': 100 }); a.write('half'); return setTimeout(() => q.socket.destroy(), 20)
    case '/chunked': a.writeHead(200); a.write('half'); return setTimeout(() => q.socket.destroy(), 20)
    case '/endless': a.writeHead(200); return a.write('x')
    case '/version': return json(a, 200, JSON.stringify({ status: 'ok', version: searchParams.get('v') }))
    case '/down200': return json(a, 200, '{"status":"DOWN"}')
    default: a.statusCode = 404; return a.end()
  }
}).listen(+port, '127.0.0.1')
http2.createSecureServer({ cert: fs.readFileSync(dir + '/server.pem'), key: fs.readFileSync(dir + '/server.key') }, (q, a) => a.end('ok'))
  .listen(+secure, '127.0.0.1')
if (express) {
  const app = createRequire(import.meta.url)('express')()
  app.get('/ok', (q, a) => a.set('Cache-Control', 'no-store').json({ status: 'ok' }))
  app.get('/fails', () => { throw new Error('no') })
  app.get('/says/:status', (q, a) => a.sendStatus(+q.params.status))
  app.get('/to-login', (q, a) => a.redirect('/signin?from=' + q.path))
  app.post('/post', (q, a) => a.send('ok'))
  app.listen(+express, '127.0.0.1')
}
