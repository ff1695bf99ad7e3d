package report

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"astro-apply/internal/astro"
)

// errorWithRemedy returns the text of an error and, for an error of the API, advice on
// how to fix it.
func errorWithRemedy(err error) string {
	text := err.Error()
	var api *astro.Error
	if !errors.As(err, &api) {
		return text
	}
	if hint := remedyFor(api); hint != "" {
		text += "\n" + hint
	}
	return text
}

func remedyFor(e *astro.Error) string {
	switch {
	case e.StatusCode == http.StatusUnauthorized:
		return "The token in ASTRO_API_TOKEN is not accepted: it may be revoked, rotated or expired."
	case e.StatusCode == http.StatusForbidden:
		return "The token's role does not allow this, or the Organization's plan does not include it."
	case e.StatusCode == http.StatusNotFound:
		return "There is nothing of the kind that this token can see; check the id, organization-id and api-url."
	case e.StatusCode/100 == 2 || e.StatusCode/100 == 3:
		return "What answered may not be the Astro API; check api-url, and a proxy on the way."
	case e.StatusCode == http.StatusTooManyRequests:
		return "Too many requests with this token at the same time; give other workflows tokens of their own."
	case e.StatusCode >= http.StatusInternalServerError:
		return "This is on Astro's side; run again, and give Astronomer support the requestId if it stays."
	case e.StatusCode == 0 && !errors.Is(e, context.Canceled): // a signal cancels the context; that needs no advice
		return "No answer came; check the network, a proxy and api-url."
	}
	return ""
}

// errorTitle returns the title of an error that a call to Astro returned.
func errorTitle(name string, e *astro.Error) string {
	switch {
	case e.StatusCode == 0:
		return name + ": no answer from Astro"
	case e.StatusCode/100 == 2:
		return name + ": no usable answer from Astro"
	}
	return fmt.Sprintf("%s: %d", name, e.StatusCode)
}
