// The stream of changed orders. The browser comes back by itself when it breaks, and then hears "open" again.

export function follow({ onOpen, onOrder, onLost }) {
  let stream;
  const connect = () => {
    stream = new EventSource("/api/events");
    stream.addEventListener("open", onOpen);
    stream.addEventListener("order", (event) => onOrder(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      onLost();
      // An answer that is no stream, such as a proxy's error page, ends it for good.
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    });
  };
  connect();
  addEventListener("pagehide", () => stream.close());
}
