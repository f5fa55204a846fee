package main

import (
	"net/http"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/turbowasm/turbowasm/server/metrics"
)

// count counts what the cable does, and serves the figures together with those
// of the outbox and the process.
func (a *app) count() http.Handler {
	m := metrics.New()
	a.turbo.Cable.Metrics = m
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Collector(&a.turbo.Cable), metrics.Outbox(a.outbox), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// fromHere answers 404 to requests from other machines or through a proxy.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !peer.Addr().Unmap().IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
