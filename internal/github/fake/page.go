package fake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// paginateResponse is the page of all that r asks for, with links to the others.
func paginateResponse(r *http.Request, all []any) response {
	number := func(name string, otherwise, most int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
			return min(n, most)
		}
		return otherwise
	}
	size := number("per_page", 30, 100)
	page := number("page", 1, 1<<30)
	last := max(1, (len(all)+size-1)/size)
	link := func(page int, rel string) string {
		u := *r.URL
		if u.Host == "" { // as a server sees it
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
	from := min((page-1)*size, len(all))
	some := append([]any{}, all[from:min(from+size, len(all))]...)
	return response{status: http.StatusOK, body: some, linkHeader: strings.Join(links, ", ")}
}
