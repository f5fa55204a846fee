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
	waiting = prometheus.NewDesc("outbox_waiting", "Broadcasts that are committed but not yet published.", nil, nil)
	oldest  = prometheus.NewDesc("outbox_oldest_seconds", "How long the oldest of them has been waiting.", nil, nil)
)

// Outbox returns gauges for the broadcasts waiting in an outbox. Each scrape
// queries the database; if that fails, the gauges are missing.
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
