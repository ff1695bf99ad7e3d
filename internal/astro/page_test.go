package astro

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

var listCall = Call{Method: http.MethodGet, Path: "/things", Query: url.Values{"workspaceIds": {"w1", "w2"}}}

// pagedServer returns a server with a list of n things, in pages of at most limit items.
func pagedServer(n, limit int, seen *[]string) fakeServer {
	return func(r *http.Request) reply {
		*seen = append(*seen, r.URL.RawQuery)
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		requested, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		var items []string
		for i := offset; i < min(n, offset+requested, offset+limit); i++ {
			items = append(items, fmt.Sprintf(`{"id":"t%d"}`, i))
		}
		return newReply(200, fmt.Sprintf(`{"things":[%s],"limit":%d,"offset":%d,"totalCount":%d}`, strings.Join(items, ","), limit, offset, n))
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ n, limit, requests int }{
		{0, 1000, 1}, {1, 1000, 1}, {1000, 1000, 1}, {1001, 1000, 2}, {2500, 1000, 3}, {50, 20, 3},
	} {
		t.Run(fmt.Sprint(tc.n, tc.limit), func(t *testing.T) {
			t.Parallel()
			var seen []string
			items, err := newClient(t, pagedServer(tc.n, tc.limit, &seen)).List(t.Context(), listCall, "things")
			if err != nil || len(items) != tc.n || len(seen) != tc.requests {
				t.Fatalf("%d items by %d requests, %v", len(items), len(seen), err)
			}
			for i, item := range items {
				if want := fmt.Sprintf(`{"id":"t%d"}`, i); string(item) != want {
					t.Fatalf("item %d is %s", i, item)
				}
			}
			if want := "limit=1000&offset=0&workspaceIds=w1&workspaceIds=w2"; seen[0] != want {
				t.Errorf("query is %s, want %s", seen[0], want)
			}
		})
	}
	if diff := cmp.Diff(url.Values{"workspaceIds": {"w1", "w2"}}, listCall.Query); diff != "" {
		t.Errorf("the caller's query changed: %s", diff)
	}
}

// TestListRefuses checks that an invalid or incomplete list is an error, and never
// results in an empty or shorter list.
func TestListRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"other member", `{"items":[],"totalCount":0}`, `the response has no "things"`},
		{"error envelope", `{"message":"no","requestId":"r1"}`, `the response has no "things"`},
		{"no total", `{"things":[]}`, `the response has no "totalCount"`},
		{"null total", `{"things":[],"totalCount":null}`, `totalCount is not valid: null`},
		{"text total", `{"things":[],"totalCount":"3"}`, `totalCount is not valid: "3"`},
		{"negative total", `{"things":[],"totalCount":-1}`, `totalCount is not valid: -1`},
		{"huge total", `{"things":[],"totalCount":1000000000}`, `totalCount is not valid: 1000000000`},
		{"null list", `{"things":null,"totalCount":2}`, `"things" is not a list`},
		{"object", `{"things":{},"totalCount":2}`, `"things" is not a list`},
		{"ends early", `{"things":[],"totalCount":2}`, `the list changed during the read: it ended after 0 of 2 items`},
		{"same page again", `{"things":[{"id":"a"}],"totalCount":2}`, `the list changed during the read: duplicate item, id a`},
		{"item twice", `{"things":[{"id":"a"},{"id":"a"}],"totalCount":2}`, `the list changed during the read: duplicate item, id a`},
		{"more than the total", `{"things":[{"id":"a"},{"id":"b"}],"totalCount":1}`, `the list changed during the read: 2 items, but totalCount is 1`},
		{"item without id twice", `{"things":[{"n":1},{"n":1}],"totalCount":2}`, `the list changed during the read: duplicate item, {"n":1}`},
		{"item is null", `{"things":[null],"totalCount":1}`, `item 1: not a JSON object`},
		{"item is text", `{"things":[{"id":"a"},"b"],"totalCount":2}`, `item 2: not a JSON object`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, fakeServer(func(*http.Request) reply { return newReply(200, tc.body) }))
			items, err := c.List(t.Context(), listCall, "things")
			if want := "GET /things: 200 OK: " + tc.want; err == nil || err.Error() != want {
				t.Fatalf("got %d items, %v\nwant %s", len(items), err, want)
			}
			if e := (*Error)(nil); !errors.As(err, &e) || e.OutcomeUncertain {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestListAccepts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		body string
		want []json.RawMessage
	}{
		{`{"things":null,"totalCount":0}`, nil},
		{`{"things":[{"userId":"u1"},{"userId":"u2"}],"totalCount":2,"new":[]}`, []json.RawMessage{[]byte(`{"userId":"u1"}`), []byte(`{"userId":"u2"}`)}},
	} {
		c := newClient(t, fakeServer(func(*http.Request) reply { return newReply(200, tc.body) }))
		items, err := c.List(t.Context(), listCall, "things")
		if diff := cmp.Diff(tc.want, items); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
}

// TestListChangesWhileRead deletes an item between two pages. The second page then
// skips an item that still exists, so List reads the whole list again.
func TestListChangesWhileRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, requests := 30, 0
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			requests++
			if requests == 2 {
				n = 29
			}
			var seen []string
			return pagedServer(n, 20, &seen)(r)
		}))
		items, err := c.List(t.Context(), listCall, "things")
		if err != nil || len(items) != 29 || requests != 4 {
			t.Errorf("%d items by %d requests, %v", len(items), requests, err)
		}
	})
}

// TestListFails checks that List returns the API's error if a page fails after all
// retries.
func TestListFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			if r.URL.Query().Get("offset") != "0" {
				return errorReply(503, "busy", "r1")
			}
			return pagedServer(30, 20, &seen)(r)
		}))
		items, err := c.List(t.Context(), listCall, "things")
		if want := "GET /things: 503 Service Unavailable: busy (requestId r1)"; err == nil || err.Error() != want || items != nil {
			t.Errorf("got %d items, %v", len(items), err)
		}
	})
}
