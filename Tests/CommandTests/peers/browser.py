"""Opens a page in a headless Chromium, as a phone and a desktop, light and dark, and judges it.

usage: browser.py BROWSER FILE [SCREENSHOTS]     SCREENSHOTS: the beginning of the pictures' names

Prints what is wrong, a line each: console messages, requests, horizontal scrolling, text without
the contrast of WCAG 2.2 (1.4.3), text in a drawing that covers other text. Speaks the DevTools
protocol over a pipe, with the standard library alone.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

JUDGE = r"""
(() => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    wrong.push(`scrolls: ${root.scrollWidth} > ${root.clientWidth}`);
  const parse = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.alpha === 1) return color.rgb;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('title, style')) continue;
    if (!element.getClientRects().length) continue;
    texts += 1;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const ink = light(parse(isDrawn ? style.fill : style.color).rgb);
    const paper = light(ground(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      wrong.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  if (texts < 20) wrong.push(`only ${texts} texts`);
  for (const drawing of document.querySelectorAll('svg.drawing')) {
    const boxes = [...drawing.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
    const frame = drawing.getBoundingClientRect();
    for (const [text, box] of boxes)
      if (box.left < frame.left - 1 || box.right > frame.right + 1)
        wrong.push(`outside: ${text.textContent}`);
    for (const [index, [text, box]] of boxes.entries())
      for (const [other, place] of boxes.slice(index + 1, index + 12))
        if (box.left < place.right - 1 && place.left < box.right - 1 &&
            box.top < place.bottom - 3 && place.top < box.bottom - 3)
          wrong.push(`covers: ${text.textContent} / ${other.textContent}`);
  }
  return wrong;
})()
"""


class Browser:
    def __init__(self, program, profile):
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()

        def place():
            for source, target in ((to_read, 3), (from_write, 4)):
                os.dup2(source, target + 20)
            os.dup2(23, 3)
            os.dup2(24, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-first-run", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=place, close_fds=False)
        os.close(to_read)
        os.close(from_write)
        self.number = 0
        self.buffer = b""
        self.events = []

    def read(self):
        while b"\0" not in self.buffer:
            chunk = os.read(self.from_read, 1 << 20)
            if not chunk:
                sys.exit("the browser went away")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while True:
            for event in self.events:
                if event.get("method") == method:
                    self.events.remove(event)
                    return
            self.events.append(self.read())


def look(browser, address, width, height, scheme, picture):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(f"{domain}.enable", session)
    browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)
    browser.call("Emulation.setEmulatedMedia", session,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.events.clear()
    browser.call("Page.navigate", session, url=address)
    browser.wait("Page.loadEventFired")
    wrong = browser.call("Runtime.evaluate", session, expression=JUDGE, returnByValue=True)
    wrong = wrong["result"].get("value") or [f"the page could not be judged: {wrong}"] \
        if "value" not in wrong["result"] else wrong["result"]["value"]
    if picture:
        size = browser.call("Page.getLayoutMetrics", session)["cssContentSize"]
        shot = browser.call("Page.captureScreenshot", session, captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": width, "height": min(size["height"], 6000), "scale": 1})
        pathlib.Path(picture).write_bytes(base64.b64decode(shot["data"]))
    for event in browser.events:
        parameters = event.get("params", {})
        if event.get("method") == "Log.entryAdded":
            wrong.append(f"console: {parameters['entry']['text']}")
        elif event.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            wrong.append(f"console: {json.dumps(parameters)[:300]}")
        elif event.get("method") == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if url != address and not url.startswith("data:"):
                wrong.append(f"asks for {url}")
    browser.call("Target.closeTarget", targetId=target)
    return wrong


def main():
    program, file, *pictures = sys.argv[1:]
    address = pathlib.Path(file).resolve().as_uri()
    failed = False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            for width, height in ((360, 740), (1280, 900)):
                for scheme in ("light", "dark"):
                    picture = f"{pictures[0]}-{width}-{scheme}.png" if pictures else None
                    for line in look(browser, address, width, height, scheme, picture):
                        print(f"{width} {scheme}: {line}")
                        failed = True
        finally:
            browser.process.terminate()
            browser.process.wait(10)
    sys.exit(1 if failed else 0)


main()
