package astro

import (
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			http.Error(w, "gzip only", http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = fmt.Fprintf(z, `{"protocol":%q}`, r.Proto)
		_ = z.Close()
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()

	trusting := newTransport()
	trusting.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trusting.TLSClientConfig.NextProtos = nil
	c := newClient(t, trusting, func(o *Options) { o.BaseURL = s.URL })
	defer c.httpClient.CloseIdleConnections()
	for range 3 {
		body, err := c.Do(t.Context(), postCall)
		if want := `{"protocol":"HTTP/2.0"}`; err != nil || string(body) != want {
			t.Errorf("got %s, %v", body, err)
		}
	}

	c = newClient(t, nil, func(o *Options) {
		o.BaseURL = s.URL
		o.Trace = func(Attempt) { tries.Add(1) }
	})
	_, err := c.Do(t.Context(), getCall)
	if err == nil || !strings.Contains(err.Error(), "certificate") || tries.Load() != 1 {
		t.Errorf("an unknown certificate: %d attempts, %v", tries.Load(), err)
	}
}
