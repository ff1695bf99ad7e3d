package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkStart measures the time from the start of the process to its first request,
// because every job waits for it. It also measures an empty program for comparison.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	program, nothing := compileForRelease(b, filepath.Join(dir, "astro-apply"), "../.."), compileForRelease(b, filepath.Join(dir, "empty"), empty)
	manifest := filepath.Join(dir, "astro.yaml")
	if err := os.WriteFile(manifest, []byte("workspaces: [{ name: data }]\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	first := make(chan time.Time, 1)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case first <- time.Now():
		default:
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer api.Close()

	var toRequest, toNothing time.Duration
	for b.Loop() {
		c := exec.CommandContext(b.Context(), program)
		c.Env = []string{"ASTRO_API_TOKEN=not-a-jwt", "INPUT_ORGANIZATION-ID=cabcdefgh12ij34klmn567op8", "INPUT_MODE=plan", "INPUT_FILES=" + manifest, "INPUT_API-URL=" + api.URL}
		start := time.Now()
		out, err := c.CombinedOutput()
		select {
		case at := <-first:
			toRequest += at.Sub(start)
		default:
			b.Fatalf("no request (%v):\n%s", err, out)
		}
		start = time.Now()
		if err := exec.CommandContext(b.Context(), nothing).Run(); err != nil {
			b.Fatal(err)
		}
		toNothing += time.Since(start)
	}
	b.ReportMetric(0, "ns/op") // hides the sum of both times
	b.ReportMetric(toRequest.Seconds()*1000/float64(b.N), "ms/request")
	b.ReportMetric(toNothing.Seconds()*1000/float64(b.N), "ms/empty")
	b.ReportMetric(toRequest.Seconds()/toNothing.Seconds(), "ratio")
}

// compileForRelease builds a program with the same flags as the Dockerfile.
func compileForRelease(b *testing.B, out, source string) string {
	b.Helper()
	c := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", out, source)
	c.Env = append(c.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	if output, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, output)
	}
	return out
}
