package astro

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	testToken = "header0123456789.payload0123456789.signature0123456789"
	testBase  = "https://api.example.com"
)

var (
	getCall    = Call{Method: http.MethodGet, Path: "/things/{id}", Params: map[string]string{"id": "t1"}}
	postCall   = Call{Method: http.MethodPost, Path: "/things", Body: []byte(`{"name":"a"}`)}
	deleteCall = Call{Method: http.MethodDelete, Path: "/things/{id}", Params: map[string]string{"id": "t1"}}
)

// reply is a server's response to a request, or the error that replaces it.
type reply struct {
	status int
	header http.Header
	text   string
	stream io.Reader     // body after text; may be nil
	err    error         // returned instead of a response
	delay  time.Duration // time before the response; ends early with the request's context
}

// fakeServer is a transport that responds to requests in process.
type fakeServer func(*http.Request) reply

func (s fakeServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	p := s(r)
	if p.delay > 0 {
		select {
		case <-time.After(p.delay):
		case <-r.Context().Done():
			p.err = cmp.Or(p.err, r.Context().Err())
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	var body io.Reader = strings.NewReader(p.text)
	if p.stream != nil {
		body = io.MultiReader(body, p.stream)
	}
	return &http.Response{StatusCode: p.status, Header: p.header, Body: io.NopCloser(body)}, nil
}

// newReply returns a reply with a JSON body. header alternates names and values.
func newReply(status int, body string, header ...string) reply {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return reply{status: status, header: h, text: body}
}

// errorReply returns an error response in the API's format.
func errorReply(status int, message, id string) reply {
	return newReply(status, fmt.Sprintf(`{"message":%q,"requestId":%q,"statusCode":%d}`, message, id, status))
}

func brokenReply(err error) reply { return reply{err: err} }

func (p reply) delayedBy(d time.Duration) reply {
	p.delay = d
	return p
}

// readFunc is an io.Reader made from a function.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// countingServer returns a server that always gives the same reply and counts the
// requests.
func countingServer(count *atomic.Int32, p reply) fakeServer {
	return func(*http.Request) reply {
		count.Add(1)
		return p
	}
}

// scriptedServer returns a server that gives the replies in order.
func scriptedServer(replies ...reply) fakeServer {
	var n atomic.Int32
	return func(r *http.Request) reply {
		i := int(n.Add(1)) - 1
		if i >= len(replies) {
			return brokenReply(fmt.Errorf("request %d was not expected: %s %s", i+1, r.Method, r.URL))
		}
		return replies[i]
	}
}

func newClient(t testing.TB, transport http.RoundTripper, adjust ...func(*Options)) *Client {
	t.Helper()
	o := Options{BaseURL: testBase, Token: testToken, Version: "1.2.3", Transport: transport}
	for _, f := range adjust {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
