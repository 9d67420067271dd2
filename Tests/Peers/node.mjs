// A gRPC service by Node's http2, in clear text: the path's first part says how its answer ends.
//
// usage: node node.mjs PORT
import http2 from 'node:http2';

const message = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const grpc = { ':status': 200, 'content-type': 'application/grpc' };

function answer(stream, end) {
  stream.respond(grpc, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': '0' });
    end?.();
  });
  stream.end(message);
}

const server = http2.createServer();
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  const { session } = stream;
  switch (headers[':path'].slice(1).split('.')[0]) {
    case 'close': return answer(stream, () => session.close());
    case 'goaway': return answer(stream, () => session.goaway(0, stream.id));
    case 'trailers-only': return stream.respond({ ...grpc, 'grpc-status': '0' }, { endStream: true });
    case 'destroy':
      stream.respond(grpc);
      stream.write(message);
      return setTimeout(() => session.destroy(), 20);
    case 'refuse': return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    case 'no-trailers':
      stream.respond(grpc);
      return stream.end(message);
    default:
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      return stream.end('well\n');
  }
});
server.on('sessionError', () => {});
server.listen(Number(process.argv[2]), '127.0.0.1');
// It ends by itself, whoever forgets it.
setTimeout(() => process.exit(0), 280_000);
