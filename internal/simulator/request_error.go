package simulator

import (
	"fmt"
	"net/http"
)

// FieldError is one failed constraint of a request, the FieldValidationError of the API's document.
type FieldError struct {
	Field   string `json:"field"` // like workerQueues[1].maxWorkerCount
	Code    string `json:"code"`
	Message string `json:"message"`
}

func newFieldError(path, code, reason string) FieldError {
	return FieldError{Field: path, Code: code, Message: path + " " + reason}
}

// errorBody is the Error of the API's document.
type errorBody struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []FieldError `json:"fieldErrors,omitempty"`
}

// requestError explains why the server refuses a request.
type requestError struct {
	status      int
	message     string
	fieldErrors []FieldError
}

// badRequestError returns a 400 for a violated rule between fields. The API reports fieldErrors only for constraints of
// single fields.
func badRequestError(format string, args ...any) *requestError {
	return &requestError{status: http.StatusBadRequest, message: "Invalid request: " + fmt.Sprintf(format, args...)}
}

// invalidFieldsError returns a 400 for failed constraints of fields, or nil if there are none.
func invalidFieldsError(fields []FieldError) *requestError {
	if len(fields) == 0 {
		return nil
	}
	message := "Invalid request: " + fields[0].Message
	if more := len(fields) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	return &requestError{status: http.StatusBadRequest, message: message, fieldErrors: fields}
}

func invalidFieldError(path, code, reason string) *requestError {
	return invalidFieldsError([]FieldError{newFieldError(path, code, reason)})
}

func notFoundError(kind, id string) *requestError {
	return &requestError{status: http.StatusNotFound, message: fmt.Sprintf("Not found: %s '%s' does not exist", kind, id)}
}

func conflictError(format string, args ...any) *requestError {
	return &requestError{status: http.StatusConflict, message: "Conflict: " + fmt.Sprintf(format, args...)}
}

func forbiddenError(format string, args ...any) *requestError {
	return &requestError{status: http.StatusForbidden, message: "Forbidden: " + fmt.Sprintf(format, args...)}
}

func unauthorizedError(message string) *requestError {
	return &requestError{status: http.StatusUnauthorized, message: "Unauthorized: " + message}
}

func (s *Server) writeError(w http.ResponseWriter, p *requestError) {
	writeJSON(w, p.status, errorBody{
		Message: p.message, RequestID: s.newRequestID(), StatusCode: p.status, FieldErrors: p.fieldErrors,
	})
}
