package fake

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// RoundTrip answers a request in process, whatever its host.
func (s *Server) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	body := r.Body
	if body == nil {
		body = io.NopCloser(strings.NewReader(""))
	}
	defer func() { _ = body.Close() }()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			resp, err = nil, errors.New("connection reset by peer")
		default:
			panic(p)
		}
	}()
	in := r.Clone(r.Context())
	in.Body = body
	w := httptest.NewRecorder()
	s.ServeHTTP(w, in)
	resp = w.Result()
	resp.Request = r
	return resp, nil
}
