package fake

import (
	"fmt"
	"net/http"
	"strconv"
)

// writePage answers with the page of all that r requests, and links to other pages.
func writePage(w http.ResponseWriter, r *http.Request, all []any) {
	parameter := func(name string, fallback, maximum int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
			return min(n, maximum)
		}
		return fallback
	}
	size := parameter("per_page", 30, 100)
	page := parameter("page", 1, 1<<30)
	if page*size < len(all) {
		u := *r.URL
		if u.Host == "" { // the URL of a request that arrived over HTTP has no host
			u.Scheme, u.Host = "http", r.Host
		}
		q := u.Query()
		q.Set("page", strconv.Itoa(page+1))
		u.RawQuery = q.Encode()
		w.Header().Set("Link", fmt.Sprintf("<%s>; rel=\"next\"", u.String()))
	}
	start := min((page-1)*size, len(all))
	writeJSON(w, http.StatusOK, append([]any{}, all[start:min(start+size, len(all))]...))
}
