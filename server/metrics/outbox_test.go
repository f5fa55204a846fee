package metrics_test

import (
	"database/sql"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	_ "modernc.org/sqlite"

	"github.com/turbowasm/turbowasm/server/metrics"
	"github.com/turbowasm/turbowasm/server/outbox"
)

func TestWhatWaitsInAnOutboxIsCounted(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "outbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	box := &outbox.Box{DB: db, Dialect: outbox.SQLite}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.Outbox(box))
	scrape := func() (int, string) {
		w := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Code, w.Body.String()
	}
	if status, got := scrape(); status != 200 || strings.Contains(got, "outbox_") {
		t.Errorf("without a table: got %d,\n%s", status, got)
	}
	if err := box.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, got := scrape(); !strings.Contains(got, "outbox_waiting 0\n") || !strings.Contains(got, "outbox_oldest_seconds 0\n") {
		t.Errorf("empty: got\n%s", got)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := box.To("room").BroadcastJSON(t.Context(), tx, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, got := scrape(); !strings.Contains(got, "outbox_waiting 3\n") || strings.Contains(got, "outbox_oldest_seconds 0\n") {
		t.Errorf("three that wait: got\n%s", got)
	}
}
