package main

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

type boatDefaulter struct{}

func (*boatDefaulter) Default(_ context.Context, boat *Boat) error {
	if boat.Spec.Sail == "" {
		boat.Spec.Sail = "lateen"
	}
	return nil
}

type boatValidator struct{}

func (*boatValidator) ValidateCreate(_ context.Context, boat *Boat) (admission.Warnings, error) {
	if boat.Spec.Crew > 12 {
		return nil, fmt.Errorf("a sampan holds twelve, not %d", boat.Spec.Crew)
	}
	if boat.Spec.Crew == 0 {
		return admission.Warnings{"nobody is aboard"}, nil
	}
	return nil, nil
}

func (v *boatValidator) ValidateUpdate(ctx context.Context, _, boat *Boat) (admission.Warnings, error) {
	return v.ValidateCreate(ctx, boat)
}

func (*boatValidator) ValidateDelete(context.Context, *Boat) (admission.Warnings, error) {
	return nil, nil
}
