package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/turbowasm/turbowasm/server/outbox"
)

// lookTimeout is how long a scrape waits for the outbox's database.
const lookTimeout = 2 * time.Second

var (
	waiting = prometheus.NewDesc("outbox_waiting", "Broadcasts that are committed and not yet published.", nil, nil)
	oldest  = prometheus.NewDesc("outbox_oldest_seconds", "How long the oldest of them has waited.", nil, nil)
)

// Outbox is gauges of what waits in an outbox, which each scrape looks up in
// the database. They are missing while that does not answer.
func Outbox(box *outbox.Box) prometheus.Collector { return outboxCollector{box} }

type outboxCollector struct{ box *outbox.Box }

func (outboxCollector) Describe(to chan<- *prometheus.Desc) {
	to <- waiting
	to <- oldest
}

func (c outboxCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	n, age, err := c.box.Backlog(ctx)
	if err != nil {
		return
	}
	to <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(n))
	to <- prometheus.MustNewConstMetric(oldest, prometheus.GaugeValue, age.Seconds())
}
