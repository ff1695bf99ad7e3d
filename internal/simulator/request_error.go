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

// errorBody is the API document's Error.
type errorBody struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []FieldError `json:"fieldErrors,omitempty"`
}

// requestError is why a call is refused.
type requestError struct {
	status      int
	message     string
	fieldErrors []FieldError
}

// badRequestError refuses for a rule that the API's validation of single fields doesn't know: no fieldErrors then.
func badRequestError(format string, args ...any) *requestError {
	return &requestError{status: http.StatusBadRequest, message: "Invalid request: " + fmt.Sprintf(format, args...)}
}

// invalidFieldsError refuses for failed constraints of fields.
func invalidFieldsError(fields []FieldError) *requestError {
	message := "Invalid request: " + fields[0].Message
	if more := len(fields) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	return &requestError{status: http.StatusBadRequest, message: message, fieldErrors: fields}
}

func notFoundError(kind, id string) *requestError {
	return &requestError{status: http.StatusNotFound, message: fmt.Sprintf("Not found: %s '%s' does not exist", kind, id)}
}

func forbiddenError(format string, args ...any) *requestError {
	return &requestError{status: http.StatusForbidden, message: "Forbidden: " + fmt.Sprintf(format, args...)}
}

func unauthorizedError(message string) *requestError {
	return &requestError{status: http.StatusUnauthorized, message: "Unauthorized: " + message}
}

func (s *Server) errorReply(p *requestError) reply {
	return jsonReply(p.status, errorBody{Message: p.message, RequestID: s.newRequestID(), StatusCode: p.status, FieldErrors: p.fieldErrors})
}
