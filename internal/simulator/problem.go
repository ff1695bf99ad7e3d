package simulator

import (
	"fmt"
	"net/http"
)

// FieldError is one failed constraint of a request, as the API document's FieldValidationError.
type FieldError struct {
	Field   string `json:"field"` // like workerQueues[1].maxWorkerCount
	Code    string `json:"code"`
	Message string `json:"message"`
}

// envelope is the API document's Error.
type envelope struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []FieldError `json:"fieldErrors,omitempty"`
}

// problem is why a call is refused.
type problem struct {
	status  int
	message string
	fields  []FieldError
}

// invalid refuses for a rule that the API's validation of single fields doesn't know: no fieldErrors then.
func invalid(format string, args ...any) *problem {
	return &problem{status: http.StatusBadRequest, message: "Invalid request: " + fmt.Sprintf(format, args...)}
}

// invalidFields refuses for failed constraints of fields.
func invalidFields(fields []FieldError) *problem {
	message := "Invalid request: " + fields[0].Message
	if more := len(fields) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	return &problem{status: http.StatusBadRequest, message: message, fields: fields}
}

func missing(kind, id string) *problem {
	return &problem{status: http.StatusNotFound, message: fmt.Sprintf("Not found: %s '%s' does not exist", kind, id)}
}

func forbidden(format string, args ...any) *problem {
	return &problem{status: http.StatusForbidden, message: "Forbidden: " + fmt.Sprintf(format, args...)}
}

func unauthorized(message string) *problem {
	return &problem{status: http.StatusUnauthorized, message: "Unauthorized: " + message}
}

func (s *Server) refusal(p *problem) reply {
	return jsonReply(p.status, envelope{Message: p.message, RequestID: s.requestID(), StatusCode: p.status, FieldErrors: p.fields})
}
