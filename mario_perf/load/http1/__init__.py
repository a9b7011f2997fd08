"""An HTTP/1.1 client for load generation: gevent sockets, llhttp, little Python per request."""
