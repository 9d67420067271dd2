package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

// usage: pages ADDRESS TLS-ADDRESS DEAD-URL CERTIFICATE KEY
func main() {
	dead, _ := url.Parse(os.Args[3])
	http.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/panics", func(w http.ResponseWriter, r *http.Request) { panic("no") })
	http.HandleFunc("/fails", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "dial tcp: connection refused", 500) })
	http.HandleFunc("/unready", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "database: not ready", 503) })
	http.HandleFunc("/unauthorized", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "Unauthorized", 401) })
	http.HandleFunc("/post", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" {
			http.Error(w, "Method Not Allowed", 405)
		}
	})
	http.HandleFunc("/slash/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	http.Handle("/slow", http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { time.Sleep(2 * time.Second) }), 100*time.Millisecond, ""))
	http.Handle("/dead", httputil.NewSingleHostReverseProxy(dead))
	go http.ListenAndServeTLS(os.Args[2], os.Args[4], os.Args[5], nil)
	http.ListenAndServe(os.Args[1], nil)
}
