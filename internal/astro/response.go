package astro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// Bounds of a body in bytes, after gzip: what is beyond is no answer of this
// API. A page holds up to 1000 objects.
const (
	maxObjectBytes = 8 << 20
	maxPageBytes   = 64 << 20
	maxErrorBytes  = 1 << 20
)

var (
	errEmptyBody = errors.New("the body is empty")
	errHTMLBody  = errors.New("the body is an HTML page instead of JSON")
	errTooLarge  = errors.New("the body is too large")
)

// readJSONObject reads the body of a successful answer. Nothing but a whole JSON
// object counts: an empty or foreign body must never read as an empty list.
func readJSONObject(resp *http.Response, method string, limit int64) ([]byte, error) {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
	case http.StatusNoContent:
		if method != http.MethodGet {
			return nil, nil
		}
	default:
		return nil, errors.New("not a status this API answers with")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	trimmed := bytes.TrimSpace(body)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("the body is truncated: %w", err)
	case err != nil:
		return nil, fmt.Errorf("reading the body: %w", err)
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("%w: more than %d MiB", errTooLarge, limit>>20)
	case len(trimmed) == 0 && method == http.MethodDelete:
		return nil, nil
	case len(trimmed) == 0:
		return nil, errEmptyBody
	case isHTML(resp.Header, trimmed):
		return nil, errHTMLBody
	}
	var raw json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	if trimmed[0] != '{' {
		return nil, errors.New("the body is not a JSON object")
	}
	return body, nil
}

// errorBody is the API's error body. Gateways before the API write other ones,
// of which error is the most common.
type errorBody struct {
	Message     string       `json:"message"`
	Error       string       `json:"error"`
	RequestID   string       `json:"requestId"`
	FieldErrors []FieldError `json:"fieldErrors"`
}

// decodeErrorBody decodes as much of an error body as is there: of one that breaks off or is too long, the members before
// that. A member of another type than expected leaves the others usable.
func decodeErrorBody(body []byte) (env errorBody) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return env
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return env
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return env
		}
		if member, err := json.Marshal(map[string]json.RawMessage{fmt.Sprint(name): value}); err == nil {
			_ = json.Unmarshal(member, &env)
		}
	}
	return env
}

// fillError fills e from the body of an answer that is an error, as far as it
// can be understood.
func (c *Client) fillError(e *Error, header http.Header, body []byte) {
	env := decodeErrorBody(body)
	switch {
	case env.Message != "":
		e.Message = c.sanitizeText(env.Message, maxMessage)
	case env.Error != "":
		e.Message = c.sanitizeText(env.Error, maxMessage)
	default:
		e.Message = c.bodySummary(header, body)
	}
	e.FromProxy = env.Message == "" && env.RequestID == ""
	if env.RequestID != "" {
		e.RequestID = c.sanitizeText(env.RequestID, maxID)
	}
	for _, f := range env.FieldErrors {
		e.FieldErrors = append(e.FieldErrors, FieldError{
			Field:   c.sanitizeText(f.Field, maxField),
			Code:    c.sanitizeText(f.Code, maxField),
			Message: c.sanitizeText(f.Message, maxField),
		})
	}
}

var titlePattern = regexp.MustCompile(`(?is)<title[^>]*>([^<]*)</title`)

// bodySummary says what a body is that has no message.
func (c *Client) bodySummary(header http.Header, body []byte) string {
	if !isHTML(header, body) {
		return c.sanitizeText(string(body), maxSnippet)
	}
	if m := titlePattern.FindSubmatch(body); m != nil {
		if text := c.sanitizeText(string(m[1]), maxSnippet); text != "" {
			return fmt.Sprintf("an HTML page, %q", text)
		}
	}
	return "an HTML page"
}

func isHTML(header http.Header, body []byte) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}
