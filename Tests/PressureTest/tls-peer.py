"""An HTTPS server that is slow, or says much at once, and never closes a connection.

usage: tls-peer.py CERTIFICATE KEY

/bulk: 70,000 bytes in one piece. /drip: the handshake and the answer in small pieces. /half: half an answer.
Prints its port. Ends with its parent's signal.
"""

import socket
import ssl
import sys
import threading
import time

BODY = b"a" * 70000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
kept = []


def serve(client, context):
    kept.append(client)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # The bytes of TLS go by hand, so that a record can be cut anywhere.
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    drips = True

    def flush():
        data = outgoing.read()
        size = 700 if drips else len(data)
        while data:
            client.sendall(data[:size])
            data = data[size:]
            if drips:
                time.sleep(0.005)

    def until(action):
        while True:
            try:
                result = action()
                flush()
                return result
            except ssl.SSLWantReadError:
                flush()
                received = client.recv(65536)
                if not received:
                    raise OSError("closed")
                incoming.write(received)

    try:
        until(tls.do_handshake)
        path = until(lambda: tls.read(4096)).split()[1]
        drips = path == b"/drip"
        answer = ANSWER if path != b"/half" else ANSWER[: len(ANSWER) // 2]
        for start in range(0, len(answer), 16000 if drips else len(answer)):
            tls.write(answer[start : start + (16000 if drips else len(answer))])
            flush()
    except (OSError, ssl.SSLError):
        pass


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("", 0), backlog=128)
    print("port", listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        # It listens on every address, to have all of 127.0.0.0/8; nobody else is answered.
        if not client.getsockname()[0].startswith("127."):
            client.close()
            continue
        threading.Thread(target=serve, args=(client, context), daemon=True).start()


main()
