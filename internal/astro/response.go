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

// Maximum sizes of a body in bytes, after decompression. A larger body can't be a
// response of this API. A page contains up to 1000 resources.
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

// readJSONObject reads the body of a successful response. It accepts only a complete
// JSON object, because an empty body or a body from a gateway must never be read as
// an empty list.
func readJSONObject(resp *http.Response, method string, limit int64) ([]byte, error) {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
	case http.StatusNoContent:
		if method != http.MethodGet {
			return nil, nil
		}
	default:
		return nil, errors.New("not a status of this API")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	trimmed := bytes.TrimSpace(body)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("the body is truncated: %w", err)
	case err != nil:
		return nil, fmt.Errorf("the body can't be read: %w", err)
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

// errorBody is the body of an error response of the API. Gateways in front of the API
// use other formats; the member "error" is the most common one.
type errorBody struct {
	Message     string       `json:"message"`
	Error       string       `json:"error"`
	RequestID   string       `json:"requestId"`
	FieldErrors []FieldError `json:"fieldErrors"`
}

// decodeErrorBody decodes the readable part of an error body. If the body is truncated
// or too long, that is every member before the end. It ignores a member with an
// unexpected type and still decodes the others.
func decodeErrorBody(body []byte) (parsed errorBody) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return parsed
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return parsed
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return parsed
		}
		if member, err := json.Marshal(map[string]json.RawMessage{fmt.Sprint(name): value}); err == nil {
			_ = json.Unmarshal(member, &parsed)
		}
	}
	return parsed
}

// fillError sets the message, the request id and the field errors of e from the body
// of an error response.
func (c *Client) fillError(e *Error, header http.Header, body []byte) {
	parsed := decodeErrorBody(body)
	switch {
	case parsed.Message != "":
		e.Message = c.sanitizeText(parsed.Message, maxMessage)
	case parsed.Error != "":
		e.Message = c.sanitizeText(parsed.Error, maxMessage)
	default:
		e.Message = c.bodySummary(header, body)
	}
	e.FromProxy = parsed.Message == "" && parsed.RequestID == ""
	if parsed.RequestID != "" {
		e.RequestID = c.sanitizeText(parsed.RequestID, maxID)
	}
	for _, f := range parsed.FieldErrors {
		e.FieldErrors = append(e.FieldErrors, FieldError{
			Field:   c.sanitizeText(f.Field, maxField),
			Code:    c.sanitizeText(f.Code, maxField),
			Message: c.sanitizeText(f.Message, maxField),
		})
	}
}

var titlePattern = regexp.MustCompile(`(?is)<title[^>]*>([^<]*)</title`)

// bodySummary returns a short description of an error body without a message.
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
