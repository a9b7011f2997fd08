from mario_perf.configuration.discovery.remarks import operation_remarks


def test_an_operation_for_each_id_is_remarked_with_what_to_do() -> None:
    (said,) = operation_remarks([*(f"GET /orders/{number}" for number in range(30)), "GET /menu"])
    assert "30 operations are GET /orders/{id}" in said
    assert "template" in said


def test_templates_and_versions_are_no_raw_paths() -> None:
    assert not list(
        operation_remarks(["GET /v1/orders/{id}", "GET /v2/orders/:id", "GET /a/<int:b>", "GET /x/404"])
    )


def test_so_many_names_that_none_can_be_judged_are_remarked() -> None:
    (said,) = operation_remarks(f"user-{number}" for number in range(500))
    assert "too many operations (500)" in said
