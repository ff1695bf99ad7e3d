package simulator

import (
	"fmt"
	"net/http"

	"astro-apply/internal/simulator/constraint"
	"astro-apply/internal/simulator/faulty"
)

// refuse ends a request with an error. It panics with the error, and Server.execute recovers it: nearly every step of a
// request can refuse it, and nothing is left to do then.
func refuse(status int, format string, args ...any) {
	subject := map[int]string{
		http.StatusBadRequest: "Invalid request", http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden",
		http.StatusNotFound: "Not found", http.StatusConflict: "Conflict",
	}[status]
	panic(&faulty.Error{StatusCode: status, Message: subject + ": " + fmt.Sprintf(format, args...)})
}

// require refuses a request that violates a rule between fields. The API reports fieldErrors only for single fields.
func require(ok bool, format string, args ...any) {
	requireStatus(http.StatusBadRequest, ok, format, args...)
}

func requireAccess(ok bool, format string, args ...any) {
	requireStatus(http.StatusForbidden, ok, format, args...)
}

// requireStatus refuses a request with a status.
func requireStatus(status int, ok bool, format string, args ...any) {
	if !ok {
		refuse(status, format, args...)
	}
}

// requireField refuses a request with an invalid field.
func requireField(ok bool, path, code, reason string) {
	if !ok {
		requireValid([]constraint.FieldError{constraint.NewFieldError(path, code, reason)})
	}
}

// requireValid refuses a request with invalid fields.
func requireValid(invalid []constraint.FieldError) {
	if len(invalid) == 0 {
		return
	}
	message := "Invalid request: " + invalid[0].Message
	if more := len(invalid) - 1; more > 0 {
		message += fmt.Sprintf(" (and %d more)", more)
	}
	panic(&faulty.Error{StatusCode: http.StatusBadRequest, Message: message, FieldErrors: invalid})
}
