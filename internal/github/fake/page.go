package fake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// paginateResponse returns the page of all that r requests, with links to other pages.
func paginateResponse(r *http.Request, all []any) response {
	parameter := func(name string, fallback, maximum int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
			return min(n, maximum)
		}
		return fallback
	}
	size := parameter("per_page", 30, 100)
	page := parameter("page", 1, 1<<30)
	last := max(1, (len(all)+size-1)/size)
	link := func(page int, rel string) string {
		u := *r.URL
		if u.Host == "" { // the URL of a request that arrived over HTTP has no host
			u.Scheme, u.Host = "http", r.Host
			if r.TLS != nil {
				u.Scheme = "https"
			}
		}
		q := u.Query()
		q.Set("page", strconv.Itoa(page))
		u.RawQuery = q.Encode()
		return fmt.Sprintf("<%s>; rel=%q", u.String(), rel)
	}
	var links []string
	if page > 1 {
		links = append(links, link(page-1, "prev"), link(1, "first"))
	}
	if page < last {
		links = append(links, link(page+1, "next"), link(last, "last"))
	}
	start := min((page-1)*size, len(all))
	items := append([]any{}, all[start:min(start+size, len(all))]...)
	return response{status: http.StatusOK, body: items, linkHeader: strings.Join(links, ", ")}
}
