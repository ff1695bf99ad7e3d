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

// fieldErrors collects the errors of a request.
type fieldErrors []FieldError

// check adds an error of a field of a list's item, unless it is valid.
func (e *fieldErrors) check(ok bool, list string, index int, field, code, reason string) {
	if !ok {
		*e = append(*e, newFieldError(fmt.Sprintf("%s[%d].%s", list, index, field), code, reason))
	}
}

// errorBody is the Error of the API's document.
type errorBody struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []FieldError `json:"fieldErrors,omitempty"`
}

// requestError explains why the server refuses a request. Functions panic with it, and Server.execute recovers it:
// nearly every step of a request can refuse it, and nothing is left to do then.
type requestError struct {
	status      int
	message     string
	fieldErrors []FieldError
}

func refuse(status int, format string, args ...any) {
	panic(&requestError{status: status, message: fmt.Sprintf(format, args...)})
}

// require refuses a request that violates a rule between fields. The API reports fieldErrors only for single fields.
func require(ok bool, format string, args ...any) {
	if !ok {
		refuse(http.StatusBadRequest, "Invalid request: "+format, args...)
	}
}

func requireAccess(ok bool, format string, args ...any) {
	if !ok {
		refuse(http.StatusForbidden, "Forbidden: "+format, args...)
	}
}

func requireToken(ok bool, message string) {
	if !ok {
		refuse(http.StatusUnauthorized, "Unauthorized: %s", message)
	}
}

func refuseNotFound(title, id string) {
	refuse(http.StatusNotFound, "Not found: %s '%s' does not exist", title, id)
}

// requireNoConflict refuses a request that conflicts with the stored resources.
func requireNoConflict(ok bool, status int, format string, args ...any) {
	if !ok {
		refuse(status, "Conflict: "+format, args...)
	}
}

// requireField refuses a request with an invalid field.
func requireField(ok bool, path, code, reason string) {
	if !ok {
		requireValid([]FieldError{newFieldError(path, code, reason)})
	}
}

// requireValid refuses a request with invalid fields.
func requireValid(invalid []FieldError) {
	if len(invalid) == 0 {
		return
	}
	message := "Invalid request: " + invalid[0].Message
	if more := len(invalid) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	panic(&requestError{status: http.StatusBadRequest, message: message, fieldErrors: invalid})
}

func (s *Server) writeError(w http.ResponseWriter, p *requestError) {
	writeJSON(w, p.status, errorBody{
		Message: p.message, RequestID: s.newRequestID(), StatusCode: p.status, FieldErrors: p.fieldErrors,
	})
}
