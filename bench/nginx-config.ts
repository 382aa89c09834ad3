interface Options {
  readonly port: number
  readonly mockPort: number
  readonly home: string
}

/** One process, no log, connections kept on both sides, nothing held back. */
export function nginxConfig({ port, mockPort, home }: Options): string {
  return `daemon off;
master_process off;
pid ${home}/pid;
error_log stderr crit;
events { worker_connections 8192; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  upstream mock {
    server 127.0.0.1:${mockPort};
    keepalive 512;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /status { return 200; }
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`
}
