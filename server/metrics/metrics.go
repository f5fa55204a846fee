// Package metrics exports what a cable does to Prometheus. It is a separate
// package so that only its users depend on Prometheus.
//
//	m := metrics.New()
//	turbo.Cable.Metrics = m
//	prometheus.MustRegister(m.Collector(&turbo.Cable))
//	mux.Handle("GET /metrics", promhttp.Handler())
//
// [Outbox] returns gauges for an outbox.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/turbowasm/turbowasm/server/cable"
)

// Metrics is a cable.Metrics, made by New; it may be used concurrently.
type Metrics struct {
	closed, refused, rejected, unsubscribed *prometheus.CounterVec // by reason
	opened, subscribed, panics              prometheus.Counter
	histories                               *prometheus.CounterVec // by result
	missed                                  prometheus.Counter
	frames, bytes                           prometheus.Counter
	lasted, queued, heldBack                prometheus.Histogram
	listeners                               prometheus.Histogram
}

var _ cable.Metrics = (*Metrics)(nil)

// New returns metrics whose names start with cable_.
func New() *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "cable", Name: name, Help: help})
	}
	byReason := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "cable", Name: name, Help: help}, []string{"reason"})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "cable", Name: name, Help: help, Buckets: buckets})
	}
	return &Metrics{
		opened:       counter("connections_opened_total", "Connections that were welcomed."),
		closed:       byReason("connections_closed_total", "Welcomed connections that ended."),
		refused:      byReason("connections_refused_total", "Requests and connections that were refused."),
		subscribed:   counter("subscriptions_confirmed_total", "Subscriptions that were confirmed."),
		unsubscribed: byReason("subscriptions_ended_total", "Confirmed subscriptions that ended."),
		rejected:     byReason("subscriptions_rejected_total", "Subscriptions that were rejected."),
		histories: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "cable", Name: "histories_total",
			Help: "Requests of clients for messages that they missed, by result: sent, or gap if they were lost."}, []string{"result"}),
		missed:    counter("history_messages_total", "Missed messages that were sent to clients."),
		panics:    counter("panics_total", "Panics in the application's functions."),
		frames:    counter("frames_written_total", "Frames sent to clients."),
		bytes:     counter("bytes_written_total", "Bytes of the frames sent to clients, before compression."),
		lasted:    histogram("connection_seconds", "How long connections lasted.", prometheus.ExponentialBuckets(1, 4, 9)),
		queued:    histogram("broadcast_seconds", "How long it took to queue a broadcast for all subscriptions.", prometheus.ExponentialBuckets(1e-5, 4, 9)),
		listeners: histogram("broadcast_listeners", "Subscriptions in this process that received a broadcast.", prometheus.ExponentialBuckets(1, 4, 9)),
		heldBack:  histogram("held_back_seconds", "How long broadcasters waited for clients that were far behind.", prometheus.ExponentialBuckets(1e-3, 2, 9)),
	}
}

// Observe counts an event.
func (m *Metrics) Observe(e cable.Event) {
	switch e.Kind {
	case cable.EventOpened:
		m.opened.Inc()
	case cable.EventClosed:
		m.closed.WithLabelValues(string(e.Reason)).Inc()
		m.lasted.Observe(e.Took.Seconds())
	case cable.EventRefused:
		m.refused.WithLabelValues(string(e.Reason)).Inc()
	case cable.EventSubscribed:
		m.subscribed.Inc()
	case cable.EventUnsubscribed:
		m.unsubscribed.WithLabelValues(string(e.Reason)).Inc()
	case cable.EventRejected:
		m.rejected.WithLabelValues(string(e.Reason)).Inc()
	case cable.EventBroadcast:
		m.queued.Observe(e.Took.Seconds())
		m.listeners.Observe(float64(e.Count))
	case cable.EventWritten:
		m.frames.Add(float64(e.Count))
		m.bytes.Add(float64(e.Bytes))
	case cable.EventHistory:
		result := "sent"
		if e.Reason != "" {
			result = "gap"
		}
		m.histories.WithLabelValues(result).Inc()
		m.missed.Add(float64(e.Count))
	case cable.EventHeldBack:
		m.heldBack.Observe(e.Took.Seconds())
	case cable.EventPanic:
		m.panics.Inc()
	}
}

// Collector returns what to register: the counters, and gauges for the hub
// whose Metrics field is m.
func (m *Metrics) Collector(h *cable.Hub) prometheus.Collector { return &collector{m, h} }

type collector struct {
	*Metrics
	hub *cable.Hub
}

var (
	connections   = prometheus.NewDesc("cable_connections", "Current connections.", nil, nil)
	subscriptions = prometheus.NewDesc("cable_subscriptions", "Current subscriptions.", nil, nil)
	streams       = prometheus.NewDesc("cable_streams", "Streams with at least one subscription.", nil, nil)
	backlog       = prometheus.NewDesc("cable_backlog_bytes", "Bytes queued for clients, counting shared ones once.", nil, nil)
)

func (c *collector) parts() []prometheus.Collector {
	return []prometheus.Collector{c.opened, c.closed, c.refused, c.subscribed, c.unsubscribed, c.rejected,
		c.histories, c.missed, c.panics, c.frames, c.bytes, c.lasted, c.queued, c.listeners, c.heldBack}
}

func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, p := range c.parts() {
		p.Describe(to)
	}
	for _, d := range []*prometheus.Desc{connections, subscriptions, streams, backlog} {
		to <- d
	}
}

func (c *collector) Collect(to chan<- prometheus.Metric) {
	for _, p := range c.parts() {
		p.Collect(to)
	}
	stats := c.hub.Stats()
	gauge := func(d *prometheus.Desc, value float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	gauge(connections, float64(stats.Connections))
	gauge(subscriptions, float64(stats.Subscriptions))
	gauge(streams, float64(stats.Streams))
	gauge(backlog, float64(stats.Backlog))
}
