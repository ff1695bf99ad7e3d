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
	if hint := remedyFor(astro.AsError(err)); hint != "" {
		text += "\n" + hint
	}
	return text
}

func remedyFor(e *astro.Error) string {
	switch {
	case e == nil:
		return ""
	case e.StatusCode == http.StatusUnauthorized:
		return "Astro doesn't accept the token in ASTRO_API_TOKEN, which may be revoked, rotated or expired; set a valid token."
	case e.StatusCode == http.StatusForbidden:
		return "The token's role doesn't allow this, or the Organization's Astro subscription doesn't include it; use a token with a role that allows it."
	case e.StatusCode == http.StatusNotFound:
		return "Not found, or not visible to this token; check the id, organization-id and api-url."
	case e.StatusCode/100 == 2 || e.StatusCode/100 == 3:
		return "The response is probably not from the Astro API; check api-url and your proxy."
	case e.StatusCode == http.StatusTooManyRequests:
		return "Too many requests with this token at the same time; use a separate token for each workflow."
	case e.StatusCode >= http.StatusInternalServerError:
		return "This is on Astro's side; run again. If the error persists, send the requestId to Astronomer support."
	case e.StatusCode == 0 && !errors.Is(e, context.Canceled): // a signal cancels the context; that needs no advice
		return "Astro didn't respond; check the network, your proxy and api-url."
	}
	return ""
}

// errorTitle returns the title of an error; e is nil if no call to Astro returned it.
func errorTitle(name string, e *astro.Error) string {
	switch {
	case e == nil:
		return name
	case e.StatusCode == 0:
		return name + ": no response from Astro"
	case e.StatusCode/100 == 2:
		return name + ": no usable response from Astro"
	}
	return fmt.Sprintf("%s: %d", name, e.StatusCode)
}
